document.body.textContent = "Apus";
