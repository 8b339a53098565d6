// Command mesh is a service mesh in miniature: `mesh sign` gives each Pod a certificate in its own
// name, and `mesh proxy` stands beside a program and speaks mutual TLS for it.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// healthPort is where both commands tell that they are well.
const healthPort = ":15021"

// version is set by the linker: -X main.version=v1.
var version = "dev"

func main() {
	log.SetFlags(log.LUTC | log.Ltime | log.Lmsgprefix)
	limit, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(limit, strings.Join(os.Args[1:], " ")); err != nil {
		log.Fatalf("mesh: %v", err)
	}
}

func run(limit context.Context, command string) error {
	mine := settings{
		Identity: orElse(os.Getenv("IDENTITY"), "/identity/credentials.pem"),
		Trust:    orElse(os.Getenv("TRUST"), "/trust/ca.pem"),
		App:      orElse(os.Getenv("APP"), "127.0.0.1:8080"),
		Allow:    strings.Fields(os.Getenv("ALLOW")),
		Inbound:  ":" + meshPort, Outbound: "127.0.0.1:15001", Health: healthPort,
	}
	switch command {
	case "sign":
		return sign(limit)
	case "proxy":
		return proxy(limit, mine)
	case "show":
		return show(os.Stdout, mine)
	}
	return fmt.Errorf("mesh %s: usage: mesh sign | mesh proxy | mesh show", version)
}

// well is the answer to whoever asks for the health of this program.
func well(out http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(out, "well")
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
