// SPDX-License-Identifier: Apache-2.0
/**
 * Leases in Kubernetes, which are annotations of Node objects: how they are named, read and written, and the
 * {@link io.overlane.flannel.kube.KubeSubnetManager} a node takes its subnet from. No client of the API server is here:
 * whoever has one implements {@link io.overlane.flannel.kube.KubeNodes}, five calls, and hands the manager to
 * {@code FlannelNode}.
 *
 * <pre>{@code
 * final KubeNodes nodes = new MyApiClient(NODE_NAME);
 * final SubnetManager manager = new KubeSubnetManager(
 *     nodes, new NodeAnnotations(new AnnotationNames(options.kubeAnnotationPrefix())),
 *     () -> read(options.netConfigPath()), options.setNodeNetworkUnavailable(), events);
 * new FlannelNode(options, nodeOptions, () -> manager, System.getenv(), events).run();
 * }</pre>
 *
 * <p>The annotations {@code node-public-ip} and {@code node-public-ipv6} ({@code NodeAnnotations.nodePublicIp}) are to
 * become the options {@code --public-ip} and {@code --public-ipv6}.
 */
package io.overlane.flannel.kube;
