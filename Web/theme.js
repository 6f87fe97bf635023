// Before anything is painted, so that a chosen theme does not come after a flash of the other; hence no module.
try {
    const theme = JSON.parse(localStorage.getItem("apus.theme") ?? "null");
    if (theme) document.documentElement.dataset.theme = theme;
} catch {
    // No storage, no choice: the system's theme holds.
}
