package web_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

// luminance is that of WCAG 2, of a colour written as six hex digits.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var c [3]uint8
	if _, err := fmt.Sscanf(hex, "%02x%02x%02x", &c[0], &c[1], &c[2]); err != nil {
		t.Fatalf("colour %q: %v", hex, err)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := float64(c[i]) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// Level AA asks for 4.5 between a text and what it stands on.
func TestTextHasContrastInLightAndDark(t *testing.T) {
	t.Parallel()
	css := style.FindStringSubmatch(get(page(source{}), "/").Body.String())[1]
	light, dark, ok := strings.Cut(css, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the style has no dark colours")
	}
	for name, part := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(part, -1) {
			colors[m[1]] = m[2]
		}
		for ground, texts := range map[string][]string{
			"ground":     {"text", "faint", "link"},
			"sheet":      {"text", "faint", "link", "bad", "warn", "good"},
			"bad-ground": {"text", "faint", "link", "bad"},
			"code":       {"text"},
		} {
			for _, text := range texts {
				a, b := luminance(t, colors[text])+0.05, luminance(t, colors[ground])+0.05
				if ratio := max(a, b) / min(a, b); ratio < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", name, text, ground, ratio)
				}
			}
		}
	}
}
