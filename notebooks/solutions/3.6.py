# The claim comes before the Pod, and belongs to nobody.
def keep_claim(claim):
    """Create the claim unless it is there. Nobody owns it, so nothing takes it away."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}}
    try:
        core.create_namespaced_persistent_volume_claim(
            SPACE, {"metadata": {"name": claim}, "spec": spec})
    except client.ApiException as refused:
        if refused.status != 409:          # 409: it is there already
            raise


def new_pod(mini, n):
    name = f"{mini.metadata.name}-{n}"
    return {
        "metadata": {"name": name, "labels": {"mini": mini.metadata.name},
                     "ownerReferences": [owner(mini)]},
        "spec": {"terminationGracePeriodSeconds": 1,
                 "volumes": [{"name": "data",
                              "persistentVolumeClaim": {"claimName": f"data-{name}"}}],
                 "containers": [{
                     "name": "web", "image": mini.data["image"], "imagePullPolicy": "Never",
                     "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                     "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080},
                                        "periodSeconds": 1}}]},
    }


def reconcile(name):
    mini, pods = observe(name)
    if mini is None or mini.metadata.deletion_timestamp:
        return
    replicas = int(mini.data["replicas"])
    for n in range(replicas):
        if n not in pods:
            keep_claim(f"data-{name}-{n}")
            core.create_namespaced_pod(SPACE, new_pod(mini, n))
            return
        if not is_ready(pods[n]):
            return
    extra = [n for n in pods if n >= replicas]
    if extra:
        core.delete_namespaced_pod(pods[max(extra)].metadata.name, SPACE)
        return


controller("mini", reconcile)
