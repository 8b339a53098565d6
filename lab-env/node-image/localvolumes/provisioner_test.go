package localvolumes

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	testclient "k8s.io/client-go/testing"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const otherUID = "1f3a1b7c-9d2e-4c55-8a10-6b7c8d9e0f12"

// provide runs node's provisioner against the objects until the test ends.
func provide(t *testing.T, client *fake.Clientset, node string) *Provisioner {
	t.Helper()
	p := &Provisioner{Node: node, Root: t.TempDir()}
	run(t, client, p)
	return p
}

func run(t *testing.T, client *fake.Clientset, p *Provisioner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); newController(ctx, client, p).Run(ctx) }()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return stop
}

// within waits until what is true; the limit stands for a learner's patience with one claim.
func within(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("not within %s: %s", limit, what)
}

func volumeNamed(client *fake.Clientset, name string) *core.PersistentVolume {
	volume, err := client.CoreV1().PersistentVolumes().Get(context.Background(), name, meta.GetOptions{})
	if err != nil {
		return nil
	}
	return volume
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestAClaimOfThisNodeGetsAFolderAndAVolume(t *testing.T) {
	client := fake.NewClientset(newClass(), newClaim("data", claimUID, "worker"))
	p := provide(t, client, "worker")
	within(t, 5*time.Second, "the volume is stored", func() bool { return volumeNamed(client, pvName) != nil })
	volume := volumeNamed(client, pvName)
	info, err := os.Stat(volume.Spec.Local.Path)
	if err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("folder %v, error %v: any user must be able to write", info, err)
	}
	if filepath.Dir(volume.Spec.Local.Path) != p.Root || nodeOf(volume) != "worker" || volume.Spec.ClaimRef.Name != "data" {
		t.Errorf("volume %+v", volume.Spec)
	}
}

func TestAClaimOfAnotherNodeIsLeftToThatNode(t *testing.T) {
	client := fake.NewClientset(newClass(), newClaim("theirs", otherUID, "worker2"), newClaim("ours", claimUID, "worker"))
	p := provide(t, client, "worker")
	within(t, 5*time.Second, "our own volume is stored", func() bool { return volumeNamed(client, pvName) != nil })
	if volumeNamed(client, "pvc-"+otherUID) != nil || exists(filepath.Join(p.Root, "pvc-"+otherUID)) {
		t.Error("worker made worker2's volume")
	}
}

// released is a volume whose claim is gone, as the cluster has it when the provisioner (re)starts.
func released(p *Provisioner, node string) *core.PersistentVolume {
	volume := newVolume(pvName, filepath.Join(p.Root, pvName), node, newClaim("data", claimUID, node), newClass())
	volume.Annotations = map[string]string{"pv.kubernetes.io/provisioned-by": Name}
	volume.Status.Phase = core.VolumeReleased
	return volume
}

func TestAReleasedVolumeGoesWithItsFolderAlsoAfterARestart(t *testing.T) {
	p := &Provisioner{Node: "worker", Root: t.TempDir()}
	volume := released(p, "worker")
	deep := filepath.Join(volume.Spec.Local.Path, "a", "b")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	client := fake.NewClientset(newClass(), volume)
	run(t, client, p)
	within(t, 5*time.Second, "the volume is deleted", func() bool { return volumeNamed(client, pvName) == nil })
	if exists(volume.Spec.Local.Path) {
		t.Error("the folder is still there")
	}
}

func TestAnotherNodesReleasedVolumeStays(t *testing.T) {
	p := &Provisioner{Node: "worker", Root: t.TempDir()}
	client := fake.NewClientset(newClass(), released(p, "worker2"), newClaim("ours", otherUID, "worker"))
	run(t, client, p)
	within(t, 5*time.Second, "our own volume is stored", func() bool { return volumeNamed(client, "pvc-"+otherUID) != nil })
	if volumeNamed(client, pvName) == nil {
		t.Error("worker deleted worker2's volume")
	}
}

func TestAVolumeIsStoredSoonAfterTheServerFailedTwice(t *testing.T) {
	client := fake.NewClientset(newClass(), newClaim("data", claimUID, "worker"))
	var calls atomic.Int32
	client.PrependReactor("create", "persistentvolumes", func(testclient.Action) (bool, runtime.Object, error) {
		return calls.Add(1) <= 2, nil, errors.New("the server is away")
	})
	provide(t, client, "worker")
	within(t, 5*time.Second, "the first try", func() bool { return calls.Load() >= 1 })
	within(t, 2*time.Second, "the volume is stored", func() bool { return volumeNamed(client, pvName) != nil })
}

func TestARefusedClaimSaysWhyInPlainWordsAndIsNotTriedAtOnce(t *testing.T) {
	claim := newClaim("shared", claimUID, "worker")
	claim.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteMany}
	p := &Provisioner{Node: "worker", Root: t.TempDir()}
	_, _, err := p.Provision(context.Background(), controller.ProvisionOptions{PVName: pvName, PVC: claim, StorageClass: newClass()})
	if err == nil || strings.Contains(err.Error(), "rpc") || !strings.Contains(err.Error(), "ReadWriteMany") {
		t.Errorf("got %v", err)
	}
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("code %s: the controller would try again at once", status.Code(err))
	}
	if exists(filepath.Join(p.Root, pvName)) {
		t.Error("the folder was made all the same")
	}
}

func TestAFolderMadeBeforeARestartIsUsedAgain(t *testing.T) {
	p := &Provisioner{Node: "worker", Root: t.TempDir()}
	kept := filepath.Join(p.Root, pvName, "kept")
	if err := os.MkdirAll(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	client := fake.NewClientset(newClass(), newClaim("data", claimUID, "worker"))
	stop := run(t, client, p)
	within(t, 5*time.Second, "the volume is stored", func() bool { return volumeNamed(client, pvName) != nil })
	stop()
	if !exists(kept) {
		t.Error("what was in the folder is gone")
	}
}

func TestDeleteTouchesNothingButItsOwnFolder(t *testing.T) {
	p := &Provisioner{Node: "worker", Root: t.TempDir()}
	victim := t.TempDir()
	byHand := released(p, "worker")
	byHand.Spec.Local.Path = victim
	hostPath := released(p, "worker")
	hostPath.Spec.PersistentVolumeSource = core.PersistentVolumeSource{HostPath: &core.HostPathVolumeSource{Path: victim}}
	named := released(p, "worker")
	named.Name, named.Spec.Local.Path = "data", victim
	for name, volume := range map[string]*core.PersistentVolume{"another path": byHand, "hostPath": hostPath, "another name": named} {
		if err := p.Delete(context.Background(), volume); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if !exists(victim) {
		t.Error("a folder of someone else is gone")
	}
	if err := p.Delete(context.Background(), released(p, "worker")); err != nil {
		t.Errorf("a folder that is gone already: %v", err)
	}
}
