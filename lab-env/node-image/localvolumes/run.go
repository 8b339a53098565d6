package localvolumes

import (
	"context"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	firstRetry = 100 * time.Millisecond // a learner waits for the claim
	longRetry  = 30 * time.Second
)

// Run provides volumes on this node until ctx ends.
func Run(ctx context.Context, config *rest.Config, provisioner *Provisioner) error {
	// Dozens of claims may come at once; the client's default of 5 requests a second is for less.
	config.QPS, config.Burst = 50, 100
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.Dial = dial
	config.Wrap(newPatient)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
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
