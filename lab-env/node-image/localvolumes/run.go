package localvolumes

import (
	"context"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	firstRetry  = 100 * time.Millisecond // a learner waits for the claim
	longRetry   = 30 * time.Second
	probePeriod = 200 * time.Millisecond
	probeLimit  = time.Second
)

// Run provides volumes on this node until ctx ends.
func Run(ctx context.Context, config *rest.Config, provisioner *Provisioner) error {
	// Dozens of claims may come at once; the client's default of 5 requests a second is for less.
	config.QPS, config.Burst = 50, 100
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := waitForServer(ctx, config); err != nil {
		return err
	}
	newController(ctx, client, provisioner).Run(ctx)
	return nil
}

// newController tunes the controller for folders, which take no time to make: nothing is given up,
// the first retries come at once, and each node leads for itself.
func newController(ctx context.Context, client kubernetes.Interface, provisioner *Provisioner) *controller.ProvisionController {
	return controller.NewProvisionController(ctx, client, Name, provisioner,
		controller.LeaderElection(false),
		controller.RateLimiter(retries()),
		controller.CreateProvisionedPVLimiter(retries()),
		controller.FailedProvisionThreshold(0),
		controller.FailedDeleteThreshold(0),
	)
}

func retries() workqueue.TypedRateLimiter[string] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[string](firstRetry, longRetry)
}

// waitForServer returns when the API server answers. On a node that just started, this Pod is
// faster than kube-proxy: the first connections to the Service's address lead nowhere, and the
// informers' own retries would come many seconds later.
func waitForServer(ctx context.Context, config *rest.Config) error {
	short := rest.CopyConfig(config)
	short.Timeout = probeLimit
	client, err := kubernetes.NewForConfig(short)
	if err != nil {
		return err
	}
	for last := ""; ; {
		_, err := client.Discovery().ServerVersion()
		if err == nil {
			return nil
		}
		if err.Error() != last {
			last = err.Error()
			klog.FromContext(ctx).Info("The API server does not answer yet", "err", last)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probePeriod):
		}
	}
}
