// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.testkit.UnderlayContract;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The underlay on the C library does what every underlay must, whatever the kernel joins and cuts for it. */
class LibcUnderlayContractTest
{
    @BeforeAll
    static void needsNativeCalls()
    {
        assumeTrue(LibcUnderlay.whyUnavailable() == null, LibcUnderlay.whyUnavailable());
    }

    @Test
    void shouldDescribeWhatItDoes() throws IOException
    {
        final UnderlayOptions plain = new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).segment(false);
        try (LibcUnderlay underlay = LibcUnderlay.open(plain.errorHandler(Throwable::printStackTrace)))
        {
            assertEquals("libc UDP, segmentation off, coalescing off", underlay.description());
            assertFalse(underlay.gainsFromJoining());
        }
    }

    /** Over 127.0.0.1, every datagram by itself. */
    @Nested
    class Plain extends Contract
    {
        Plain()
        {
            super("127.0.0.1", false, false);
        }
    }

    /** Joined ones leave whole, and come one by one. */
    @Nested
    class Segmenting extends Contract
    {
        Segmenting()
        {
            super("127.0.0.1", false, true);
        }
    }

    /** Joined ones come whole, and leave one by one. */
    @Nested
    class Coalescing extends Contract
    {
        Coalescing()
        {
            super("127.0.0.1", true, false);
        }
    }

    /** Joined both ways. */
    @Nested
    class Joining extends Contract
    {
        Joining()
        {
            super("127.0.0.1", true, true);
        }
    }

    /** Joined both ways over ::1. */
    @Nested
    class JoiningV6 extends Contract
    {
        JoiningV6()
        {
            super("::1", true, true);
        }

        @BeforeAll
        static void needsV6() throws IOException
        {
            assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null, "no ::1 on this host");
        }
    }

    /** Two sockets of the same options on one address. */
    abstract static class Contract extends UnderlayContract
    {
        private final IpAddress address;
        private final boolean coalesce;
        private final boolean segment;

        Contract(final String address, final boolean coalesce, final boolean segment)
        {
            this.address = IpAddress.parse(address);
            this.coalesce = coalesce;
            this.segment = segment;
        }

        @Override
        protected boolean countsReceiveDrops()
        {
            return true;
        }

        @Override
        protected final Underlay open(final int index) throws IOException
        {
            return LibcUnderlay.open(
                new UnderlayOptions(address, 0).coalesce(coalesce).segment(segment).errorHandler(this::onError));
        }
    }
}
