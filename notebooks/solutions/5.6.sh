# The three mistakes, in the order in which they show: the key of the Secret, a probe that
# stops RabbitMQ before it has started, and names that come only with readiness.
sed -e 's/key: cooky/key: cookie/' -e 's/failureThreshold: 3$/failureThreshold: 180/' \
    -e 's/clusterIP: None/clusterIP: None\n  publishNotReadyAddresses: true/' \
    manifests/05/rabbitmq-puzzle.yaml | kubectl apply -f -
kubectl rollout status statefulset/post --timeout=170s
