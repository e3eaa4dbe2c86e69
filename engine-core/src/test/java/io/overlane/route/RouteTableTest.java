// SPDX-License-Identifier: Apache-2.0
package io.overlane.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Longest match in both families, by example and against a search through all prefixes. */
class RouteTableTest
{
    private final RouteTable routes = new RouteTable(200, 1);

    @Test
    void shouldPreferTheLongestPrefix()
    {
        put("10.0.0.0/8", 1);
        put("10.1.0.0/16", 2);
        put("10.1.2.0/24", 3);
        put("10.1.2.3/32", 4);
        assertEquals(4, lookup("10.1.2.3"));
        assertEquals(3, lookup("10.1.2.4"));
        assertEquals(2, lookup("10.1.3.3"));
        assertEquals(1, lookup("10.2.2.3"));
        assertEquals(RouteTable.MISSING, lookup("11.1.2.3"));
    }

    @Test
    void shouldKeepTheFamiliesApart()
    {
        put("::/0", 1);
        put("2001:db8::/32", 2);
        put("2001:db8::1/128", 3);
        assertEquals(RouteTable.MISSING, lookup("10.1.2.3"));
        assertEquals(1, lookup("fe80::1"));
        assertEquals(2, lookup("2001:db8::2"));
        assertEquals(3, lookup("2001:db8::1"));
        put("0.0.0.0/0", 4);
        assertEquals(4, lookup("10.1.2.3"));
        assertEquals(1, lookup("::1"));
        remove("::/0");
        assertEquals(RouteTable.MISSING, lookup("::1"));
        assertEquals(4, lookup("255.255.255.255"));
    }

    @Test
    void shouldIgnoreBitsBehindThePrefix()
    {
        put("10.1.2.3/24", 7);
        assertEquals(7, lookup("10.1.2.200"));
        assertEquals(7, remove("10.1.2.99/24"));
        assertEquals(0, routes.size());
    }

    @Test
    void shouldReplaceAndFallBackWhenRemoved()
    {
        put("10.1.0.0/16", 1);
        put("10.1.2.0/24", 2);
        put("10.1.2.0/24", 3);
        assertEquals(2, routes.size());
        assertEquals(3, lookup("10.1.2.3"));
        assertEquals(3, remove("10.1.2.0/24"));
        assertEquals(1, lookup("10.1.2.3"));
        assertEquals(RouteTable.MISSING, remove("10.1.2.0/24"));
    }

    @Test
    void shouldRefuseWhatItCannotHold()
    {
        final RouteTable small = new RouteTable(1, 1);
        assertTrue(small.put(IpPrefix.parse("10.0.0.0/8"), 0));
        assertFalse(small.put(IpPrefix.parse("11.0.0.0/8"), 0));
        assertEquals(0, small.lookup(0, IpAddress.parse("10.9.9.9").low()));
        assertThrows(IllegalArgumentException.class, () -> small.put(IpPrefix.parse("10.0.0.0/8"), -1));
    }

    @Test
    void shouldAgreeWithASearchThroughAllPrefixes()
    {
        final SplittableRandom random = new SplittableRandom(9);
        final Map<IpPrefix, Integer> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++)
        {
            final IpAddress address = random.nextInt(2) == 0 ?
                IpAddress.ofV4(0x0A00_0000 | sparse(random)) :
                new IpAddress(0x2001_0DB8_0000_0000L | sparse(random), sparse(random));
            final IpPrefix prefix = new IpPrefix(address, random.nextInt(address.bits() + 1)).base();
            if (random.nextInt(3) == 0)
            {
                final Integer removed = model.remove(prefix);
                assertEquals(removed == null ? RouteTable.MISSING : removed, routes.remove(prefix));
            }
            else if (routes.put(prefix, i))
            {
                model.put(prefix, i);
            }
            else
            {
                assertEquals(200, model.size());
            }
            assertEquals(search(model, address), routes.lookup(address.high(), address.low()), address::toString);
        }
        final Map<IpPrefix, Integer> walked = new HashMap<>();
        routes.forEach(walked::put);
        assertEquals(model, walked);
    }

    @SuppressWarnings("IdentityBinaryExpression")
    private static int sparse(final SplittableRandom random)
    {
        return random.nextInt() & random.nextInt() & random.nextInt() & 0x00FF_FFFF;
    }

    private static int search(final Map<IpPrefix, Integer> prefixes, final IpAddress address)
    {
        int longest = -1;
        int target = RouteTable.MISSING;
        for (final Map.Entry<IpPrefix, Integer> entry : prefixes.entrySet())
        {
            if (entry.getKey().length() > longest && entry.getKey().contains(address))
            {
                longest = entry.getKey().length();
                target = entry.getValue();
            }
        }
        return target;
    }

    private void put(final String prefix, final int target)
    {
        assertTrue(routes.put(IpPrefix.parse(prefix), target));
    }

    private int remove(final String prefix)
    {
        return routes.remove(IpPrefix.parse(prefix));
    }

    private int lookup(final String address)
    {
        final IpAddress ip = IpAddress.parse(address);
        return routes.lookup(ip.high(), ip.low());
    }
}
