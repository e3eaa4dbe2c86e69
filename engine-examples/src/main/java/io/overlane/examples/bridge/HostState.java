package io.overlane.examples.bridge;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.examples.bridge.plan.BridgeMode;
import io.overlane.examples.bridge.plan.BridgePlan;
import io.overlane.examples.bridge.plan.PeerSpec;
import io.overlane.tun.host.HostConfig;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.ErrorHandler;

/**
 * What the host was told of a device: its addresses, and neighbour and route of each peer. Each can be taken back by
 * itself; what is left is, newest first, on {@link #close()}.
 */
final class HostState implements AutoCloseable
{
    private final BridgeMode mode;
    private final String device;
    private final ErrorHandler errors;
    private final Map<Object, HostConfig> told = new LinkedHashMap<>();
    private IpCommand ip;

    /** What the host knows of a peer: nothing of its remote, which may change unnoticed. */
    private record HostPeer(MacAddress mac, IpPrefix subnet, IpAddress gateway)
    {
        static HostPeer of(final PeerSpec peer)
        {
            return new HostPeer(peer.mac(), peer.subnet(), peer.gateway());
        }
    }

    /**
     * @param plan   whose device it is.
     * @param errors told of what could not be taken back.
     * @throws IOException if the plan needs a command that is not there.
     */
    HostState(final BridgePlan plan, final ErrorHandler errors) throws IOException
    {
        mode = plan.mode();
        device = plan.device();
        this.errors = errors;
        ip = plan.configuresHost() ? IpCommand.find() : null;
    }

    /**
     * Take back what a plan does not want any more.
     *
     * @param plan of the same device.
     */
    void remove(final BridgePlan plan)
    {
        final Set<Object> wanted = wanted(plan);
        final List<Object> unwanted = new ArrayList<>(told.keySet());
        unwanted.removeAll(wanted);
        for (int i = unwanted.size() - 1; i >= 0; i--)
        {
            told.remove(unwanted.get(i)).close();
        }
    }

    /**
     * Tell the host what a plan wants and it does not know yet.
     *
     * @param plan of the same device, which is up.
     * @throws IOException if the host refuses something; the rest of the plan is not done then.
     */
    void add(final BridgePlan plan) throws IOException
    {
        for (final Object key : wanted(plan))
        {
            if (!told.containsKey(key))
            {
                final HostConfig config = new HostConfig(ip(), device, errors);
                try
                {
                    tell(config, key);
                    told.put(key, config);
                }
                catch (final IOException ex)
                {
                    config.close();
                    throw ex;
                }
            }
        }
    }

    @Override
    public void close()
    {
        final List<HostConfig> configs = new ArrayList<>(told.values());
        told.clear();
        for (int i = configs.size() - 1; i >= 0; i--)
        {
            configs.get(i).close();
        }
    }

    private static Set<Object> wanted(final BridgePlan plan)
    {
        final Set<Object> wanted = new LinkedHashSet<>(plan.addresses());
        plan.peers().forEach(peer -> wanted.add(HostPeer.of(peer)));
        return wanted;
    }

    private void tell(final HostConfig config, final Object key) throws IOException
    {
        if (key instanceof IpPrefix address)
        {
            config.addAddress(address);
            return;
        }
        final HostPeer peer = (HostPeer)key;
        if (mode == BridgeMode.VXLAN)
        {
            config.addNeighbor(peer.gateway(), peer.mac());
            config.addRoute(peer.subnet(), peer.gateway());
        }
        else
        {
            config.addRoute(peer.subnet());
        }
    }

    private IpCommand ip() throws IOException
    {
        if (ip == null)
        {
            ip = IpCommand.find();
        }
        return ip;
    }
}
