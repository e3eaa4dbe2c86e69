// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.tun.host.IpCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.ErrorHandler;

/**
 * What every backend needs of its node.
 *
 * @param network   what it is part of.
 * @param external  the interface that carries everything.
 * @param ip        how to run {@code ip}.
 * @param blackhole what no container of the own subnet has goes nowhere.
 * @param notices   takes one line for each thing an operator should know.
 * @param errors    told of broken devices and sockets, on any thread.
 */
public record BackendHost(
    NetworkConfig network,
    ExternalInterface external,
    IpCommand ip,
    boolean blackhole,
    Consumer<String> notices,
    ErrorHandler errors)
{
    /** @return the networks of both families, as far as they are on. */
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

    /**
     * @param isV4 family.
     * @return the network of it; null where the family is off.
     */
    IpPrefix network(final boolean isV4)
    {
        final var range = isV4 ? network.v4() : network.v6();
        return range == null ? null : range.network();
    }
}
