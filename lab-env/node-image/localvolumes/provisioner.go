// Package localvolumes makes a volume for each claim of a StorageClass: a folder of the node that
// the scheduler selected.
//
// One process on each node looks after that node's folders and no others: no Pod is started for a
// claim, and a node that is gone holds up nobody but its own volumes.
package localvolumes

import (
	"context"
	"fmt"
	"os"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Name is the provisioner that a StorageClass names.
const Name = "lab.statefulset/local-volumes"

// selectedNode is the annotation by which the scheduler tells where a claim's first Pod will run.
const selectedNode = "volume.kubernetes.io/selected-node"

// Provisioner makes and removes the folders of one node.
type Provisioner struct {
	Node string // the node's name, which is also its kubernetes.io/hostname label
	Root string // the folder that holds the volumes: the same path here and on the node
}

var (
	_ controller.Provisioner   = &Provisioner{}
	_ controller.Qualifier     = &Provisioner{}
	_ controller.DeletionGuard = &Provisioner{}
)

// ShouldProvision is true for the claims that the scheduler gave to this node.
func (p *Provisioner) ShouldProvision(_ context.Context, claim *core.PersistentVolumeClaim) bool {
	return claim.Annotations[selectedNode] == p.Node
}

// refused is a claim that can't ever be fulfilled. Learners read it in the claim's events.
type refused string

func (why refused) Error() string { return string(why) }

// GRPCStatus tells the controller to try again only rarely: a claim's wish can't be changed.
func (why refused) GRPCStatus() *status.Status { return status.New(codes.InvalidArgument, string(why)) }

// Provision makes the claim's folder. It may be called again for the same claim: after a restart,
// or when the volume could not be stored.
func (p *Provisioner) Provision(_ context.Context, options controller.ProvisionOptions) (*core.PersistentVolume, controller.ProvisioningState, error) {
	if why := refusal(options.PVC, options.StorageClass); why != "" {
		return nil, controller.ProvisioningFinished, refused(why)
	}
	path, err := folder(p.Root, options.PVName)
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := makeFolder(path); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return newVolume(options.PVName, path, p.Node, options.PVC, options.StorageClass), controller.ProvisioningFinished, nil
}

// makeFolder makes a folder that any user of any container may write to, whatever the umask.
func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	return os.Chmod(path, 0o777)
}

// ShouldDelete is true for the volumes of this node.
func (p *Provisioner) ShouldDelete(_ context.Context, volume *core.PersistentVolume) bool {
	return nodeOf(volume) == p.Node
}

// Delete removes the volume's folder with all that is in it. A folder that is gone is no error.
func (p *Provisioner) Delete(_ context.Context, volume *core.PersistentVolume) error {
	path, err := folder(p.Root, volume.Name)
	if err != nil {
		return err
	}
	// A volume that someone wrote by hand may point anywhere.
	if volume.Spec.Local == nil || volume.Spec.Local.Path != path {
		return fmt.Errorf("volume %s is not the folder %s", volume.Name, path)
	}
	return os.RemoveAll(path)
}
