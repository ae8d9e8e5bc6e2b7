package weekly_test

import (
	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

func samplesByName() map[string]weekly.Report {
	return map[string]weekly.Report{
		"busy": weeklytest.Busy(), "quiet": weeklytest.Quiet(), "broken": weeklytest.Broken(), "first": weeklytest.First(), "hostile": weeklytest.Hostile(),
	}
}
