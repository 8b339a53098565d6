# First say where the roll-out stops, then give it something to roll out.
kubectl patch statefulset web -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}'
kubectl set image statefulset/web web=lab.local/web:v2
kubectl wait statefulset/web --for=jsonpath='{.status.updatedReplicas}'=1 --timeout=60s
kubectl wait statefulset/web --for=jsonpath='{.status.readyReplicas}'=3 --timeout=60s
