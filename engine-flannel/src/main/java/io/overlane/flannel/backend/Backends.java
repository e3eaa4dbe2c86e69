// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.tun.host.NodeIdentity;
import org.jspecify.annotations.Nullable;

/** Makes the backend that a network's configuration asks for. */
public final class Backends
{
    private Backends()
    {
    }

    /**
     * @param published attributes in the node's present lease, null if it has none.
     * @return the backend, not open yet.
     * @throws IllegalArgumentException for a backend or a setting that this engine does not support; one line.
     */
    public static Backend create(final BackendHost host, final @Nullable LeaseAttributes published)
    {
        final BackendKind kind = BackendKind.of(host.network().backendType());
        if (host.fastPath().isRequired() && kind != BackendKind.VXLAN)
        {
            throw new IllegalArgumentException("--fast-path " + host.fastPath() +
                ": only with the backend vxlan, and the network has " + kind.configType() + "; use auto");
        }
        return switch (kind)
        {
            case VXLAN -> new VxlanBackend(host, NodeIdentity.ofThisHost(), published);
            case UDP -> new UdpBackend(host);
            case HOST_GW, ALLOC -> new HostGatewayBackend(host, kind);
        };
    }

    static void requireType(final LeaseAttributes attributes, final BackendKind kind)
    {
        if (!kind.leaseType().equals(attributes.backendType()))
        {
            throw new IllegalArgumentException((attributes.backendType().isEmpty() ?
                "its lease names no backend, so it is 'udp' or 'alloc'" :
                "its backend is '" + attributes.backendType() + "'") + ", ours is '" + kind.configType() + "'");
        }
    }

    static IpAddress requireUnderlay(final LeaseAttributes attributes, final boolean isV4)
    {
        final IpAddress underlay = isV4 ? attributes.publicIp() : attributes.publicIpV6();
        if (underlay == null || underlay.isAny() || underlay.isMulticast())
        {
            throw new IllegalArgumentException(
                (isV4 ? "PublicIP=" : "PublicIPv6=") + underlay + " cannot be a node's address");
        }
        return underlay;
    }

    /**
     * The answer to an operator who asks for a peer: a node with both families may be reachable by one of them only.
     */
    static String notReached(final boolean isV4, final String whyNot)
    {
        return (isV4 ? "IPv4" : "IPv6") + " not reached: " + whyNot;
    }
}
