// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import static io.overlane.flannel.registry.Leases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
            chosen.add(allocator.choose(config, leases).v4().address().v4() >>> 8 & 0xFF);
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
        assertNull(allocator.choose(config, leases));
    }

    @Test
    void shouldChooseTheLastOne()
    {
        final NetworkConfig config = NetworkConfig.parse("{\"Network\":\"255.255.252.0/22\"}");
        final List<Lease> leases = new ArrayList<>();
        leases.add(lease("255.255.253.0-24", "192.0.2.1"));
        leases.add(lease("255.255.254.0-24", "192.0.2.2"));
        assertEquals("255.255.255.0/24", allocator.choose(config, leases).toString());
        leases.add(lease("255.255.255.0-24", "192.0.2.3"));
        assertNull(allocator.choose(config, leases));
    }

    @Test
    void shouldFindNothingBetweenCrossedBounds()
    {
        final NetworkConfig config = NetworkConfig.parse(
            "{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.9.0\",\"SubnetMax\":\"10.5.3.0\"}");
        assertNull(allocator.choose(config, List.of()));
    }

    @Test
    void shouldChooseBothFamilies()
    {
        final NetworkConfig config = NetworkConfig.parse("{\"Network\":\"10.5.0.0/22\",\"EnableIPv6\":true," +
            "\"IPv6Network\":\"fd00::/62\",\"IPv6SubnetLen\":64}");
        final List<Lease> leases = List.of(
            lease("10.5.1.0-24&fd00:0:0:1::-64", "192.0.2.1"), lease("10.5.3.0-24&fd00:0:0:2::-64", "192.0.2.2"));
        final SubnetKey key = allocator.choose(config, leases);
        assertEquals("10.5.2.0-24&fd00:0:0:3::-64", key.registryName());
        assertTrue(SubnetAllocator.isFree(key, leases));
        assertFalse(SubnetAllocator.isFree(SubnetKey.parse("10.5.2.0-24&fd00:0:0:2::-64"), leases));
        assertFalse(SubnetAllocator.isFree(SubnetKey.parse("10.5.3.0-24&fd00:0:0:3::-64"), leases));
    }
}
