// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.etcd.EtcdOptions;
import io.overlane.flannel.kube.KubeAccess;
import io.overlane.flannel.kube.KubeClient;
import io.overlane.flannel.kube.KubeSubnetManager;
import io.overlane.flannel.kube.NetConfFile;
import io.overlane.flannel.kube.NodeAnnotations;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.registry.Registry;
import io.overlane.flannel.registry.RegistrySubnetManager;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Consumer;

/** Makes the subnet manager that the options ask for, not connected yet. */
final class SubnetManagers
{
    private SubnetManagers()
    {
    }

    /** @throws IllegalArgumentException for an impossible setting; one line. */
    static SubnetManager open(
        final FlannelOptions options,
        final NodeOptions nodeOptions,
        final Map<String, String> environment,
        final Consumer<String> events)
    {
        return options.kubeSubnetManager ?
            kubernetes(options, nodeOptions, environment, events) : etcd(options, nodeOptions, events);
    }

    private static SubnetManager etcd(
        final FlannelOptions options, final NodeOptions nodeOptions, final Consumer<String> events)
    {
        final String user = options.etcdUsername;
        final Registry etcd = nodeOptions.etcdApi.open(
            EtcdOptions.of(String.join(",", options.etcdEndpoints))
                .withPrefix(options.etcdPrefix)
                .withTls(options.etcdCaFile, options.etcdCertFile, options.etcdKeyFile)
                .withUser(user.isEmpty() ? null : user, user.isEmpty() ? null : options.etcdPassword),
            events);
        return new RegistrySubnetManager(nodeOptions.client ? new ClientRegistry(etcd) : etcd,
            RegistrySubnetManager.LEASE_TTL, nodeOptions.lostLeaseGrace(), new SecureRandom(), events);
    }

    private static SubnetManager kubernetes(
        final FlannelOptions options,
        final NodeOptions nodeOptions,
        final Map<String, String> environment,
        final Consumer<String> events)
    {
        if (nodeOptions.client)
        {
            throw new IllegalArgumentException(
                "--client is not possible with --kube-subnet-mgr: Kubernetes has leases for its nodes only");
        }
        final NodeAnnotations annotations = new NodeAnnotations(options.kubeAnnotationPrefix);
        final KubeAccess access = KubeAccess.of(options.kubeApiUrl, options.kubeConfigFile, environment);
        events.accept("Kubernetes: API server " + access + (access.trustsAny() ?
            "; anybody can pretend to be it, because of insecure-skip-tls-verify" : ""));
        return new KubeSubnetManager(
            new KubeClient(access, annotations, environment, new SecureRandom()), annotations,
            new NetConfFile(options.netConfigPath), options.setNodeNetworkUnavailable, events);
    }
}
