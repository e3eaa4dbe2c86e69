// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.overlane.address.IpAddress;
import io.overlane.underlay.UnderlayException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What a socket that cannot be bound is reported as, where a test cannot make the system refuse it. */
class UdpAddressTest
{
    @Test
    void shouldGiveAdviceWhereTheSystemForbidsThePort()
    {
        final IOException cause = new IOException("Permission denied");
        final UnderlayException error =
            UdpAddress.cannotBind(IpAddress.parse("192.0.2.1"), 80, cause.getMessage(), cause);
        assertEquals("cannot bind UDP 192.0.2.1:80: Permission denied; choose a higher port, " +
            "or run with CAP_NET_BIND_SERVICE", error.getMessage());
        assertSame(cause, error.getCause());
    }

    @Test
    void shouldGuessNoCauseTheSystemDidNotName()
    {
        assertEquals("cannot bind UDP [2001:db8::1]:8472: Die Adresse wird bereits verwendet", UdpAddress.cannotBind(
            IpAddress.parse("2001:db8::1"), 8472, "Die Adresse wird bereits verwendet", null).getMessage());
    }

    @Test
    void shouldKnowThatAnIpv6AddressMayBeTentative()
    {
        assertEquals("cannot bind UDP [2001:db8::1]:8472: Cannot assign requested address; choose an address of this " +
            "host that is up ('ip address' shows them), or wait until it is no longer 'tentative'",
            UdpAddress.cannotBind(
                IpAddress.parse("2001:db8::1"), 8472, "Cannot assign requested address", null).getMessage());
    }
}
