# The claim is marked first. It goes when no Pod uses it any more, so the Pod goes next.
# The StatefulSet then makes both anew: first the claim, then the Pod.
kubectl delete pvc data-web-2 --wait=false
kubectl delete pod web-2
kubectl wait pod/web-2 --for=create --timeout=60s
kubectl wait pod/web-2 --for=condition=Ready --timeout=60s
