# A switchover: the old primary finishes, hands over to the one in step, and follows it.
old=$(kubectl get pods -l app=pg,role=primary -o jsonpath='{.items[0].metadata.name}')
kubectl exec "$old" -- patronictl -c /config/patroni.yaml switchover pg --force
kubectl wait pod "$old" --for=jsonpath='{.metadata.labels.role}'=replica --timeout=60s
