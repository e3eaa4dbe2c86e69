// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import static io.overlane.flannel.registry.Leases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The choice of a free subnet. */
class SubnetAllocatorTest
{
    private final SubnetAllocator allocator = new SubnetAllocator(new Random(1));

    @Test
    void shouldChooseAmongTheFirstHundredFree()
    {
        final NetworkConfig config = NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\"}");
        final List<Lease> leases = List.of(lease("10.5.1.0-24", "192.0.2.1"), lease("10.5.50.0-24", "192.0.2.2"));
        final Set<Integer> chosen = new HashSet<>();
        for (int i = 0; i < 2_000; i++)
        {
            chosen.add(allocator.choose(config, leases, null).v4().address().v4() >>> 8 & 0xFF);
        }
        assertEquals(100, chosen.size());
        assertFalse(chosen.contains(1));
        assertFalse(chosen.contains(50));
        assertTrue(chosen.stream().allMatch(third -> third >= 2 && third <= 102));
    }

    @Test
    void shouldSkipLeasesOfOtherLengths()
    {
        final NetworkConfig config = NetworkConfig.parse("{\"Network\":\"10.5.0.0/22\"}");
        final List<Lease> leases = List.of(lease("10.5.1.128-25", "192.0.2.1"), lease("10.5.2.0-23", "192.0.2.2"));
        assertNull(allocator.choose(config, leases, null));
    }

    @Test
    void shouldChooseTheLastOne()
    {
        final NetworkConfig config = NetworkConfig.parse("{\"Network\":\"255.255.252.0/22\"}");
        final List<Lease> leases = new ArrayList<>();
        leases.add(lease("255.255.253.0-24", "192.0.2.1"));
        leases.add(lease("255.255.254.0-24", "192.0.2.2"));
        assertEquals("255.255.255.0/24", allocator.choose(config, leases, null).toString());
        leases.add(lease("255.255.255.0-24", "192.0.2.3"));
        assertNull(allocator.choose(config, leases, null));
    }

    /** IPv6 may be turned on or off later, and one of the two subnets may be taken meanwhile. */
    @Test
    void shouldKeepThePartOfEachFamilyThatIsFree()
    {
        final NetworkConfig config = NetworkConfig.parse(
            "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\"}");
        final SubnetKey v4 = allocator.choose(config, List.of(), SubnetKey.parse("10.5.200.0-24"));
        assertEquals("10.5.200.0/24", v4.v4().toString());
        final SubnetKey both = SubnetKey.parse("10.5.200.0-24&fd00:0:0:777::-64");
        assertEquals(both, allocator.choose(config, List.of(), both));
        final SubnetKey other =
            allocator.choose(config, List.of(lease("10.5.200.0-24&fd00:0:0:1::-64", "192.0.2.2")), both);
        assertNotEquals(both.v4(), other.v4());
        assertEquals(both.v6(), other.v6());
        assertEquals(SubnetKey.parse("10.5.200.0-24"),
            allocator.choose(NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\"}"), List.of(), both));
    }

    @Test
    void shouldChooseBothFamilies()
    {
        final NetworkConfig config = NetworkConfig.parse("{\"Network\":\"10.5.0.0/22\",\"EnableIPv6\":true," +
            "\"IPv6Network\":\"fd00::/62\",\"IPv6SubnetLen\":64}");
        final List<Lease> leases = List.of(
            lease("10.5.1.0-24&fd00:0:0:1::-64", "192.0.2.1"), lease("10.5.3.0-24&fd00:0:0:2::-64", "192.0.2.2"));
        final SubnetKey key = allocator.choose(config, leases, null);
        assertEquals("10.5.2.0-24&fd00:0:0:3::-64", key.registryName());
    }
}
