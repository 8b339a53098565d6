# The names come before readiness: a change of the Service, which takes hold at once.
kubectl patch service post-pods -p '{"spec": {"publishNotReadyAddresses": true}}'
# The right key of the Secret, and a probe that gives RabbitMQ the time to start. With Parallel
# the set replaces Pods that never got Ready; with OrderedReady you would delete them.
kubectl patch statefulset post -p '{"spec": {"template": {"spec": {"containers": [{
  "name": "rabbitmq",
  "env": [{"name": "RABBITMQ_ERLANG_COOKIE", "valueFrom": {"secretKeyRef": {"name": "mq", "key": "cookie"}}}],
  "startupProbe": {"failureThreshold": 180}}]}}}}'
kubectl rollout status statefulset/post --timeout=170s >/dev/null
