package browsertest

// measure unfolds the page and says what does not fit. Rounding moves edges by a pixel.
const measure = `(() => {
	document.querySelectorAll("details").forEach(d => { d.open = true });
	const found = [], wide = document.documentElement.clientWidth;
	const say = (element, text) => found.push("<" + element.tagName.toLowerCase() + " class='" + (element.getAttribute("class") || "") + "'> " +
		text + ": " + element.textContent.trim().slice(0, 60));
	if (document.documentElement.scrollWidth > wide)
		found.push("the page is " + document.documentElement.scrollWidth + " px wide on a screen of " + wide);
	for (const element of document.body.querySelectorAll("*")) {
		const box = element.getBoundingClientRect();
		if (box.width > 0 && (box.right > wide + 1 || box.left < -1)) say(element, "reaches over the edge of the screen");
	}
	for (const svg of document.querySelectorAll("svg")) {
		const around = svg.getBoundingClientRect(), boxes = [];
		for (const text of svg.querySelectorAll("text")) {
			const box = text.getBoundingClientRect(), size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
			if (size < 11) say(text, "is " + size + " px small");
			if (box.left < around.left - 1 || box.right > around.right + 1 || box.top < around.top - 1 || box.bottom > around.bottom + 1)
				say(text, "is cut off");
			for (const [other, there] of boxes)
				if (box.left < there.right && there.left < box.right && box.top + 3 < there.bottom && there.top + 3 < box.bottom)
					say(text, "lies on '" + other.textContent + "'");
			boxes.push([text, box]);
		}
	}
	return found;
})()`

// audit runs axe-core, which stands before it. It may not load anything: preload is off.
const audit = `axe.run(document, {preload: false, resultTypes: ["violations"]}).then(r => r.violations
	.filter(v => v.impact === "serious" || v.impact === "critical")
	.map(v => "axe-core: " + v.impact + ": " + v.help + " (" + v.id + "): " + v.nodes.slice(0, 3).map(n => n.html + " " + (n.failureSummary || "").replace(/\s+/g, " ")).join(" | ")))`
