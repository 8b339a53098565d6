package main

import (
	"net"
	"os"
	"regexp"
	"strconv"
)

// identity is what a Pod of a StatefulSet knows of itself. Kubernetes hands most
// of it over by the Downward API, in the variables named beside each field.
type identity struct {
	Name      string `json:"name"`      // POD_NAME, else the host name
	Set       string `json:"set"`       // the name without its ordinal
	Ordinal   *int   `json:"ordinal"`   // null when the name ends in no number
	Namespace string `json:"namespace"` // POD_NAMESPACE
	Revision  string `json:"revision"`  // POD_REVISION, the label controller-revision-hash
	Node      string `json:"node"`      // NODE_NAME
	IP        string `json:"ip"`        // POD_IP, else the first address that is not loopback
}

var ordinalName = regexp.MustCompile(`^(.+)-(\d+)$`)

// whoami reads the identity once: none of it changes while a container runs.
func whoami(env func(string) string) identity {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	me := identity{
		Name:      orElse(env("POD_NAME"), host),
		Namespace: env("POD_NAMESPACE"),
		Revision:  env("POD_REVISION"),
		Node:      env("NODE_NAME"),
		IP:        orElse(env("POD_IP"), firstAddress()),
	}
	me.Set, me.Ordinal = splitName(me.Name)
	return me
}

// splitName takes web-12 apart into web and 12.
func splitName(name string) (string, *int) {
	parts := ordinalName.FindStringSubmatch(name)
	if parts == nil {
		return "", nil
	}
	ordinal, err := strconv.Atoi(parts[2])
	if err != nil {
		return "", nil
	}
	return parts[1], &ordinal
}

func firstAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && !network.IP.IsLoopback() && network.IP.To4() != nil {
			return network.IP.String()
		}
	}
	return ""
}
