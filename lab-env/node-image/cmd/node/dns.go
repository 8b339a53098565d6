package main

import (
	"flag"
	"os"

	"github.com/coredns/coredns/coremain"

	// The plugins of the Corefile that kubeadm writes, and no others. Their order in a server block
	// is CoreDNS's own (core/dnsserver.Directives), not that of this list.
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
)

var dns = map[string]func(){
	"coredns": coremain.Run,
}

// coreDNSFlags are what CoreDNS and its server put on flag.CommandLine while they are imported.
var coreDNSFlags = map[string]bool{
	"conf": true, "plugins": true, "pidfile": true, "version": true,
	"quiet": true, "log-format": true, "dns.port": true, "p": true,
}

// hideCoreDNSFlags takes CoreDNS's flags away from the other programs, which offer all that they
// find on flag.CommandLine as their own. The rest stays: the kubelet needs cadvisor's flags there.
func hideCoreDNSFlags() {
	kept := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	flag.VisitAll(func(f *flag.Flag) {
		if !coreDNSFlags[f.Name] {
			kept.Var(f.Value, f.Name, f.Usage)
		}
	})
	flag.CommandLine = kept
}
