# First the template: a Pod that is deleted before would be made with the same mistake.
kubectl set env statefulset/web PORT-
# Then the Pod, for the set waits until it is ready and does not replace it itself.
kubectl delete pod web-2
kubectl wait pod/web-2 --for=create --timeout=60s
kubectl wait pod/web-2 --for=condition=Ready --timeout=60s
