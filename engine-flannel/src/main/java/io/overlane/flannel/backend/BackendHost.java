// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpPrefix;
import io.overlane.ebpf.FastPathMode;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.tun.handover.TakenDescriptors;
import io.overlane.tun.host.IpCommand;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * What every backend needs from its node.
 *
 * @param network   configuration of the network.
 * @param external  the interface that carries the tunnels.
 * @param ip        runs {@code ip}.
 * @param blackhole whether the own subnet gets a blackhole route, so that addresses without a container are dropped.
 * @param leftOut   gets the leases of which no peer can be made.
 * @param fastPath  whether the kernel carries packets of the vxlan backend.
 * @param taken     tunnels that another node left to this one.
 * @param errors    gets failures of devices and sockets, on any thread.
 */
public record BackendHost(
    NetworkConfig network,
    ExternalInterface external,
    IpCommand ip,
    boolean blackhole,
    LeftOut leftOut,
    FastPathMode fastPath,
    TakenDescriptors taken,
    ErrorHandler errors)
{
    /** @return the networks of the families that are enabled. */
    List<IpPrefix> networks()
    {
        final List<IpPrefix> networks = new ArrayList<>();
        if (network.v4() != null)
        {
            networks.add(network.v4().network());
        }
        if (network.v6() != null)
        {
            networks.add(network.v6().network());
        }
        return networks;
    }

    @Nullable IpPrefix network(final boolean isV4)
    {
        final var range = isV4 ? network.v4() : network.v6();
        return range == null ? null : range.network();
    }
}
