package weekly_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/reports/weekly"
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

// Level AA asks for 4.5 between a text and what it stands on, and for 3 between a line of
// a drawing and what is beside it.
func TestTextAndDrawingsHaveContrastInLightAndDark(t *testing.T) {
	t.Parallel()
	css := styleElement.FindStringSubmatch(pageOf(t, weekly.Report{}))[1]
	light, dark, ok := strings.Cut(css, "(prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the style has no dark colours")
	}
	text := map[string][]string{
		"ground": {"text", "faint", "link"}, "sheet": {"text", "faint", "link", "bad", "warn", "good"}, "code": {"text"},
		"add-ground": {"add"}, "del-ground": {"del"}, "area": {"faint", "warn"}, "unknown": {"faint"},
	}
	drawn := map[string][]string{"sheet": {"link"}, "area": {"link"}, "rail": {"link"}, "ground": {"link"}}
	for name, part := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(part, -1) {
			colors[m[1]] = m[2]
		}
		for least, pairs := range map[float64]map[string][]string{4.5: text, 3: drawn} {
			for ground, over := range pairs {
				for _, color := range over {
					a, b := luminance(t, colors[color])+0.05, luminance(t, colors[ground])+0.05
					if ratio := max(a, b) / min(a, b); ratio < least {
						t.Errorf("%s: %s on %s has a contrast of %.2f, less than %v", name, color, ground, ratio, least)
					}
				}
			}
		}
	}
}
