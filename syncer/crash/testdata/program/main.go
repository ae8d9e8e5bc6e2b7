// Command program passes two crash points twice, and says so.
package main

import (
	"fmt"

	"github.com/auxolotl/auxsync/syncer/crash"
)

func main() {
	defer fmt.Println("deferred")
	for range 2 {
		crash.At("first")
		fmt.Println("between")
		crash.At("second")
	}
	fmt.Println("end")
}
