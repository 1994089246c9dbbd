// Copying needs a script; without one the text can be selected.
for (const button of document.querySelectorAll("[data-clip]")) {
  button.hidden = false;
  const says = button.textContent;
  button.addEventListener("click", async () => {
    const input = button.parentElement.querySelector("input");
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      input.select();
      document.execCommand("copy");
    }
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = says; }, 2000);
  });
}
