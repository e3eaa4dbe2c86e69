// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.etcd.EtcdOptions;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.registry.Registry;
import io.overlane.flannel.registry.RegistrySubnetManager;
import java.security.SecureRandom;
import java.util.function.Consumer;

/** Makes the subnet manager that the options ask for. */
final class SubnetManagers
{
    private SubnetManagers()
    {
    }

    /**
     * @param nodeOptions options that flanneld does not have.
     * @return the manager, not connected yet.
     * @throws IllegalArgumentException for an impossible setting; one line.
     */
    static SubnetManager create(
        final FlannelOptions options, final NodeOptions nodeOptions, final Consumer<String> events)
    {
        if (options.kubeSubnetManager)
        {
            throw new IllegalArgumentException("--kube-subnet-mgr: leases from Kubernetes are not supported yet");
        }
        final String user = options.etcdUsername;
        final Registry etcd = nodeOptions.etcdApi.open(
            EtcdOptions.of(String.join(",", options.etcdEndpoints))
                .withPrefix(options.etcdPrefix)
                .withTls(options.etcdCaFile, options.etcdCertFile, options.etcdKeyFile)
                .withUser(user.isEmpty() ? null : user, user.isEmpty() ? null : options.etcdPassword),
            events);
        return new RegistrySubnetManager(nodeOptions.client ? new ClientRegistry(etcd) : etcd,
            RegistrySubnetManager.LEASE_TTL, new SecureRandom(), events);
    }
}
