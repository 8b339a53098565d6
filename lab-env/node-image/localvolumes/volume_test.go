package localvolumes

import (
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	claimUID = "0f3a1b7c-9d2e-4c55-8a10-6b7c8d9e0f11"
	pvName   = "pvc-" + claimUID
)

func newClass() *storage.StorageClass {
	waits := storage.VolumeBindingWaitForFirstConsumer
	return &storage.StorageClass{ObjectMeta: meta.ObjectMeta{Name: "standard"}, Provisioner: Name, VolumeBindingMode: &waits}
}

// newClaim is a claim as the scheduler and the volume controller leave it for a node's provisioner.
func newClaim(name, uid, node string) *core.PersistentVolumeClaim {
	class := "standard"
	return &core.PersistentVolumeClaim{
		ObjectMeta: meta.ObjectMeta{Namespace: "chapter-1", Name: name, UID: types.UID(uid), Annotations: map[string]string{
			selectedNode: node, "volume.kubernetes.io/storage-provisioner": Name,
		}},
		Spec: core.PersistentVolumeClaimSpec{
			StorageClassName: &class,
			AccessModes:      []core.PersistentVolumeAccessMode{core.ReadWriteOnce},
			Resources:        core.VolumeResourceRequirements{Requests: core.ResourceList{core.ResourceStorage: resource.MustParse("16Mi")}},
		},
	}
}

func TestAFolderIsNamedOnlyAfterAClaimsUID(t *testing.T) {
	if path, err := folder("/var/local-volumes", pvName); err != nil || path != "/var/local-volumes/"+pvName {
		t.Errorf("got %q, %v", path, err)
	}
	for _, name := range []string{"", ".", "..", "pvc-", "pvc-../../../etc/passwd0000000000000000", "/etc", "data", pvName + "/..", "x" + pvName, pvName + "0", "pvc-0F3A1B7C-9D2E-4C55-8A10-6B7C8D9E0F11"} {
		if path, err := folder("/var/local-volumes", name); err == nil {
			t.Errorf("%q became %q", name, path)
		}
	}
}

func TestWhatAFolderCannotDoIsRefusedWithTheReason(t *testing.T) {
	group := "snapshot.storage.k8s.io"
	cases := map[string]struct {
		change func(*core.PersistentVolumeClaim, *storage.StorageClass)
		want   string
	}{
		"an ordinary claim": {func(*core.PersistentVolumeClaim, *storage.StorageClass) {}, ""},
		"one Pod only": {func(c *core.PersistentVolumeClaim, _ *storage.StorageClass) {
			c.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOncePod}
		}, ""},
		"many nodes": {func(c *core.PersistentVolumeClaim, _ *storage.StorageClass) {
			c.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce, core.ReadWriteMany}
		}, "ReadWriteMany"},
		"a selector": {func(c *core.PersistentVolumeClaim, _ *storage.StorageClass) {
			c.Spec.Selector = &meta.LabelSelector{}
		}, "selector"},
		"a snapshot": {func(c *core.PersistentVolumeClaim, _ *storage.StorageClass) {
			c.Spec.DataSource = &core.TypedLocalObjectReference{APIGroup: &group, Kind: "VolumeSnapshot", Name: "s"}
		}, "data source"},
		"mount options": {func(_ *core.PersistentVolumeClaim, s *storage.StorageClass) {
			s.MountOptions = []string{"noatime"}
		}, "mount options"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			claim, class := newClaim("data", claimUID, "worker"), newClass()
			c.change(claim, class)
			if got := refusal(claim, class); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestAVolumeIsWhatTheClaimAndTheClassAskFor(t *testing.T) {
	class := newClass()
	volume := newVolume(pvName, "/var/local-volumes/"+pvName, "worker", newClaim("data", claimUID, "worker"), class)
	if volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete {
		t.Errorf("reclaim policy %s", volume.Spec.PersistentVolumeReclaimPolicy)
	}
	if size := volume.Spec.Capacity[core.ResourceStorage]; size.String() != "16Mi" {
		t.Errorf("size %s", size.String())
	}
	retain := core.PersistentVolumeReclaimRetain
	class.ReclaimPolicy = &retain
	if kept := newVolume(pvName, "/p", "worker", newClaim("data", claimUID, "worker"), class); kept.Spec.PersistentVolumeReclaimPolicy != retain {
		t.Errorf("reclaim policy %s, want the class's", kept.Spec.PersistentVolumeReclaimPolicy)
	}
}

func TestAVolumeKnowsItsNodeAndAForeignOneHasNone(t *testing.T) {
	own := newVolume(pvName, "/p", "worker2", newClaim("data", claimUID, "worker2"), newClass())
	if got := nodeOf(own); got != "worker2" {
		t.Errorf("got %q", got)
	}
	byZone := onlyOn("worker2")
	byZone.Required.NodeSelectorTerms[0].MatchExpressions[0].Key = core.LabelTopologyZone
	either := onlyOn("worker2")
	either.Required.NodeSelectorTerms = append(either.Required.NodeSelectorTerms, onlyOn("worker").Required.NodeSelectorTerms...)
	for name, affinity := range map[string]*core.VolumeNodeAffinity{"none": nil, "empty": {}, "zone": byZone, "either of two": either} {
		if got := nodeOf(&core.PersistentVolume{Spec: core.PersistentVolumeSpec{NodeAffinity: affinity}}); got != "" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
