// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.address.IpPrefix;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Chooses a subnet that overlaps no lease. */
final class SubnetAllocator
{
    /**
     * Free subnets to choose from, as in flannel: few enough to keep a network dense, and enough that two starting
     * nodes rarely choose the same.
     */
    private static final int CANDIDATES = 100;

    private final RandomGenerator random;

    SubnetAllocator(final RandomGenerator random)
    {
        this.random = random;
    }

    /**
     * @param previous that the node had; each family keeps its part if the configuration still allows it and it is
     *                 free. So a network that gets IPv6 later keeps its IPv4 subnets.
     * @return a subnet of each enabled family, else one of the first hundred free ones; null if a family has none.
     */
    @Nullable SubnetKey choose(
        final NetworkConfig config, final Collection<Lease> leases, final @Nullable SubnetKey previous)
    {
        final IpPrefix v4 = config.v4() == null ? null :
            choose(config.v4(), taken(leases, Lease::subnet), previous == null ? null : previous.v4());
        final IpPrefix v6 = config.v6() == null ? null :
            choose(config.v6(), taken(leases, Lease::subnetV6), previous == null ? null : previous.v6());
        final boolean found = (config.v4() == null || v4 != null) && (config.v6() == null || v6 != null);
        return found ? new SubnetKey(v4, v6) : null;
    }

    private @Nullable IpPrefix choose(
        final SubnetRange range, final List<IpPrefix> taken, final @Nullable IpPrefix previous)
    {
        if (previous != null && range.fits(previous) && isFree(previous, taken))
        {
            return previous;
        }
        final List<IpPrefix> free = new ArrayList<>();
        for (IpPrefix subnet = range.first(); subnet != null && free.size() < CANDIDATES; subnet = range.next(subnet))
        {
            if (isFree(subnet, taken))
            {
                free.add(subnet);
            }
        }
        return free.isEmpty() ? null : free.get(random.nextInt(free.size()));
    }

    private static boolean isFree(final IpPrefix subnet, final List<IpPrefix> taken)
    {
        return taken.stream().noneMatch(subnet::overlaps);
    }

    private static List<IpPrefix> taken(
        final Collection<Lease> leases, final Function<Lease, IpPrefix> subnet)
    {
        return leases.stream().map(subnet).filter(held -> held != null).toList();
    }
}
