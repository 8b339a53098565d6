# A Pod that terminates is still there, so it is the highest again until it is gone.
def reconcile(name):
    mini, pods = observe(name)
    if mini is None or mini.metadata.deletion_timestamp:
        return
    replicas = int(mini.data["replicas"])
    for n in range(replicas):
        if n not in pods:
            core.create_namespaced_pod(SPACE, new_pod(mini, n))
            return
        if not is_ready(pods[n]):
            return
    extra = [n for n in pods if n >= replicas]
    if extra:
        core.delete_namespaced_pod(pods[max(extra)].metadata.name, SPACE)
        return


controller("mini", reconcile)
