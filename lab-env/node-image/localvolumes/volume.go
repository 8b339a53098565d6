package localvolumes

import (
	"fmt"
	"path/filepath"
	"regexp"

	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// volumeName is how the controller names a volume: after the claim's UID. The folder has the same
// name, so nothing that a user can choose ever becomes part of a path.
var volumeName = regexp.MustCompile(`^pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// folder is where the volume lives below root.
func folder(root, volume string) (string, error) {
	if !volumeName.MatchString(volume) {
		return "", fmt.Errorf("%q is not the name of a volume made here", volume)
	}
	return filepath.Join(root, volume), nil
}

// refusal says why a claim can't be fulfilled by a folder of one node; empty when it can.
func refusal(claim *core.PersistentVolumeClaim, class *storage.StorageClass) string {
	for _, mode := range claim.Spec.AccessModes {
		if mode != core.ReadWriteOnce && mode != core.ReadWriteOncePod {
			return fmt.Sprintf("access mode %s is not possible: the volume is a folder of one node", mode)
		}
	}
	switch {
	case claim.Spec.Selector != nil:
		return "a claim with a selector is only bound to volumes that exist already"
	case claim.Spec.DataSource != nil || claim.Spec.DataSourceRef != nil:
		return "a data source is not possible: these volumes have no snapshots and no clones"
	case len(class.MountOptions) > 0:
		return "mount options are not possible: the volume is a folder"
	}
	return ""
}

// newVolume describes the folder at path on a node as a volume for the claim.
func newVolume(name, path, node string, claim *core.PersistentVolumeClaim, class *storage.StorageClass) *core.PersistentVolume {
	mode := core.PersistentVolumeFilesystem
	reclaim := core.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		reclaim = *class.ReclaimPolicy
	}
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name},
		Spec: core.PersistentVolumeSpec{
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    &mode,
			PersistentVolumeReclaimPolicy: reclaim,
			// local, not hostPath: the kubelet then gives the folder to the Pod's fsGroup.
			PersistentVolumeSource: core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity:           onlyOn(node),
		},
	}
}

func onlyOn(node string) *core.VolumeNodeAffinity {
	return &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
		MatchExpressions: []core.NodeSelectorRequirement{{
			Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{node},
		}},
	}}}}
}

// nodeOf is the node that a volume made by newVolume belongs to; empty for any other volume.
func nodeOf(volume *core.PersistentVolume) string {
	affinity := volume.Spec.NodeAffinity
	if affinity == nil || affinity.Required == nil || len(affinity.Required.NodeSelectorTerms) != 1 {
		return ""
	}
	expressions := affinity.Required.NodeSelectorTerms[0].MatchExpressions
	if len(expressions) != 1 || expressions[0].Key != core.LabelHostname || len(expressions[0].Values) != 1 {
		return ""
	}
	return expressions[0].Values[0]
}
