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

    /** @return a free subnet of each enabled family, one of the first hundred; null if a family has none. */
    @Nullable SubnetKey choose(final NetworkConfig config, final Collection<Lease> leases)
    {
        final IpPrefix v4 = config.v4() == null ? null : choose(config.v4(), taken(leases, Lease::subnet));
        final IpPrefix v6 = config.v6() == null ? null : choose(config.v6(), taken(leases, Lease::subnetV6));
        final boolean found = (config.v4() == null || v4 != null) && (config.v6() == null || v6 != null);
        return found ? new SubnetKey(v4, v6) : null;
    }

    /** @return true if it overlaps none of them in either family. */
    static boolean isFree(final SubnetKey key, final Collection<Lease> leases)
    {
        return (key.v4() == null || isFree(key.v4(), taken(leases, Lease::subnet))) &&
            (key.v6() == null || isFree(key.v6(), taken(leases, Lease::subnetV6)));
    }

    private @Nullable IpPrefix choose(final SubnetRange range, final List<IpPrefix> taken)
    {
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
