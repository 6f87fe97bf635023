// Before anything is painted, so that a chosen theme does not come after a flash of the other. No module for that reason.
(() => {
    const theme = localStorage.getItem("apus.theme");
    if (theme) document.documentElement.dataset.theme = theme;
})();
