// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.OuterFields;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The type of service that the JDK's channel sends with, seen by a socket that can tell. */
class NioTosTest
{
    private static final int[] TOS = {0, 184, 184, 8, 0};

    private final List<Throwable> errors = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void shouldSendEachDatagramWithItsOwn(final String address) throws IOException
    {
        final IpAddress loopback = IpAddress.parse(address);
        try (NioUnderlay from = NioUnderlay.open(new UnderlayOptions(loopback, 0).errorHandler(errors::add));
            LibcUnderlay to = LibcUnderlay.open(new UnderlayOptions(loopback, 0).errorHandler(errors::add)))
        {
            assertEquals(List.of(0, 184, 184, 8, 0), seen(from, to));
        }
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldSetItForIpv4OnASocketOfBoth() throws IOException
    {
        try (NioUnderlay from = NioUnderlay.open(new UnderlayOptions(IpAddress.ANY_V6, 0).errorHandler(errors::add));
            LibcUnderlay to = LibcUnderlay.open(
                new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add)))
        {
            assertEquals(List.of(0, 184, 184, 8, 0), seen(from, to));
        }
    }

    private static List<Integer> seen(final NioUnderlay from, final LibcUnderlay to)
    {
        final Vtep remote = to.local();
        final List<Integer> seen = new ArrayList<>();
        final SendBatch out = new SendBatch(1);
        final ReceiveBatch in = new ReceiveBatch(4);
        for (final int tos : TOS)
        {
            final Frame frame = new FrameSlab(1, 100).frame(0).wrap(FrameSlab.HEADROOM, 100);
            out.clear();
            out.add(frame, remote.address().high(), remote.address().low(), remote.udpPort(),
                0, 0, OuterFields.pack(tos, 0, OuterFields.DF_DEFAULT), 0);
            from.send(out);
            assertEquals(DropReason.NONE, out.verdict(0));
            in.clear();
            while (to.poll(in) == 0)
            {
                to.await(TimeUnit.SECONDS.toNanos(10));
            }
            seen.add(in.tos(0));
        }
        return seen;
    }
}
