// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Assigns subnets and reports their holders, over etcd ({@code io.overlane.flannel.etcd}) or Kubernetes
 * ({@code io.overlane.flannel.kube}). Blocking calls fail with {@link RegistryException}, whose message is one line and
 * whose kind says whether to try again.
 */
public interface SubnetManager extends AutoCloseable
{
    /**
     * @return the network's configuration, checked. Subnets are acquired from it until this is called again.
     * @throws RegistryException of kind {@code NOT_FOUND} if it does not exist yet, {@code MALFORMED} if it is wrong.
     */
    NetworkConfig networkConfig();

    /**
     * @param v6 true for IPv6.
     * @return the address that the registry names in place of the option {@code --public-ip}; null if it names none.
     */
    default @Nullable IpAddress nodePublicIp(final boolean v6)
    {
        return null;
    }

    /**
     * @param publicIp address this node will publish; null without IPv4.
     * @return what this node published when it last ran. If it publishes the same again, peers have nothing to
     *         change.
     */
    @Nullable LeaseAttributes published(@Nullable IpAddress publicIp);

    /**
     * Acquire a subnet of the configuration that {@link #networkConfig} returned last: that of the lease with this
     * public address, else the previous one if it is free, else a random free one. A registry that has no configuration
     * any more, or a wrong one, makes no difference: a running node keeps its network.
     *
     * @param previous subnets this node had when it last ran, from its subnet file.
     * @throws RegistryException of kind {@code EXHAUSTED} if no subnet is free, {@code RECONFIGURED} if the network has
     *     another configuration now.
     */
    Lease acquire(LeaseAttributes attributes, @Nullable SubnetKey previous);

    /**
     * Prolong a lease and publish its attributes; to publish others, pass a lease with those. If another program wrote
     * the key meanwhile but named this node's public address, or wrote something unreadable, the key is written anew.
     *
     * @param lease as last returned.
     * @return the lease as it is now.
     * @throws RegistryException of kind {@code CONFLICT} if another node holds it.
     */
    Lease renew(Lease lease);

    /**
     * Give back a lease that was acquired just now and is not used. The default is to keep it, where subnets belong to
     * nodes.
     *
     * @param lease as acquired.
     */
    default void release(final Lease lease)
    {
    }

    /**
     * Follow the leases of other nodes until the watch is closed. If the registry loses many leases at once, while it
     * is not watched, their nodes are reported as gone only after a time in which they can register again.
     *
     * @param listener called on the watch's thread.
     * @return the running watch.
     */
    Watch watchLeases(@Nullable SubnetKey own, LeaseListener listener);

    /**
     * Follow one lease until the watch is closed.
     *
     * @param listener called on the watch's thread.
     * @return the running watch.
     */
    Watch watchLease(SubnetKey own, OwnLeaseListener listener);

    /**
     * The node carries packets from now on. Called by the thread that runs the node, once for each configuration of
     * the network.
     */
    default void ready()
    {
    }

    /** End every watch and disconnect from the registry. Leases stay until they expire, as the node may come back. */
    @Override
    void close();

    /** A watch that runs until it is closed. */
    interface Watch extends AutoCloseable
    {
        /**
         * End the watch. When this returns, the listener is called no more, except for the call that closes the watch.
         */
        @Override
        void close();
    }
}
