package main

import (
	"fmt"
	"log"
	"net/http"
	"sync/atomic"
)

// probe is one of the three answers that the kubelet asks for; it can be switched.
type probe struct {
	name string
	on   atomic.Bool
}

func (p *probe) set(on bool) { p.on.Store(on) }

// routes adds GET /NAME, which the kubelet asks, and POST /NAME/on and /NAME/off.
func (p *probe) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /"+p.name, p.answer)
	for word, on := range map[string]bool{"on": true, "off": false} {
		mux.HandleFunc("POST /"+p.name+"/"+word, func(out http.ResponseWriter, _ *http.Request) {
			p.set(on)
			log.Printf("/%s is switched %s", p.name, word)
			fmt.Fprintf(out, "/%s is now %s\n", p.name, word)
		})
	}
}

// answer is 200 when the probe is on and 503 when it is off.
func (p *probe) answer(out http.ResponseWriter, _ *http.Request) {
	if p.on.Load() {
		fmt.Fprintf(out, "%s\n", p.name)
		return
	}
	out.WriteHeader(http.StatusServiceUnavailable)
	fmt.Fprintf(out, "not %s\n", p.name)
}
