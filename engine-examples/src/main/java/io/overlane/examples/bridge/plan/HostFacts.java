package io.overlane.examples.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.NodeIdentity;
import io.overlane.tun.host.UnderlayMtu;
import io.overlane.tun.host.UnderlayRoute;
import java.util.Collection;
import java.util.Optional;

/** What a plan needs to know of the host it is made for. */
public interface HostFacts
{
    /** The host this runs on. */
    HostFacts THIS_HOST = new HostFacts()
    {
        @Override
        public boolean isOwnAddress(final IpAddress address)
        {
            return UnderlayRoute.owner(address).isPresent();
        }

        @Override
        public Optional<IpAddress> sourceTowards(final IpAddress remote)
        {
            return UnderlayRoute.localAddress(remote);
        }

        @Override
        public int underlayMtu(final IpAddress local, final Collection<IpAddress> remotes)
        {
            return UnderlayMtu.of(local, remotes);
        }

        @Override
        public int interfaceMtu(final String name)
        {
            return UnderlayMtu.of(name);
        }

        @Override
        public MacAddress stableMac(final String device, final IpAddress underlay, final int vni)
        {
            return NodeIdentity.ofThisHost().mac(device, underlay, vni);
        }
    };

    /**
     * @param address of the underlay.
     * @return true if an interface of this host has it.
     */
    boolean isOwnAddress(IpAddress address);

    /**
     * @param remote of the underlay.
     * @return the address datagrams to it would come from, if there is a route.
     */
    Optional<IpAddress> sourceTowards(IpAddress remote);

    /**
     * @param local   bound address, or a wildcard.
     * @param remotes known so far.
     * @return IP MTU of the underlay, in bytes.
     */
    int underlayMtu(IpAddress local, Collection<IpAddress> remotes);

    /**
     * @param name of an interface.
     * @return its IP MTU, in bytes.
     * @throws IllegalArgumentException if there is none of that name.
     */
    int interfaceMtu(String name);

    /**
     * @param device   name.
     * @param underlay address other nodes reach this one by.
     * @param vni      of the segment.
     * @return the same at every start.
     */
    MacAddress stableMac(String device, IpAddress underlay, int vni);
}
