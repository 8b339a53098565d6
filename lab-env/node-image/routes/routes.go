// Package routes keeps a node's routes to the Pod networks of the other nodes, and the rule that
// hides Pod addresses from what is outside the Pod network.
//
// It reads the Node objects with the kubelet's own credentials and needs no Pod and no client
// library, so that the routes are back before the first Pod after a node has restarted.
package routes

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"os"
	"time"
)

// Keeper keeps one node's routes.
type Keeper struct {
	Kubeconfig string       // the kubelet's; it may be missing until the node joins
	Node       string       // this node's name
	Pods       netip.Prefix // the network of all Pods of the cluster
}

const (
	firstPause = 200 * time.Millisecond
	longPause  = time.Second // a restarted node must not wait long for its routes
	steady     = 5 * time.Second
)

// Run follows the cluster's nodes until ctx ends. What goes wrong is logged once and tried again.
func (k *Keeper) Run(ctx context.Context) {
	pause, last := firstPause, ""
	for ctx.Err() == nil {
		start := time.Now()
		err := k.follow(ctx)
		if err != nil && !errors.Is(err, os.ErrNotExist) && err.Error() != last {
			last = err.Error()
			log.Print(last)
		}
		if time.Since(start) >= steady {
			pause, last = firstPause, ""
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
	}
}

// follow reads the kubeconfig anew: after a restart the server's address and the certificate
// may be others.
func (k *Keeper) follow(ctx context.Context) error {
	server, settings, err := readKubeconfig(k.Kubeconfig)
	if err != nil {
		return err
	}
	nodes := &api{server: server, client: newClient(settings)}
	defer nodes.client.CloseIdleConnections()
	if err := masquerade(k.Pods); err != nil {
		return fmt.Errorf("masquerade: %w", err)
	}
	return nodes.follow(ctx, func(all map[string]*node) error { return install(wanted(all, k.Node)) })
}
