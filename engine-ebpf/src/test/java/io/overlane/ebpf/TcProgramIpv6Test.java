// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.testdata.FrameSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same over IPv6, where datagrams have a UDP checksum. */
@Tag("fast-path")
class TcProgramIpv6Test extends TcProgramTest
{
    @Override
    boolean isOverIpv6()
    {
        return true;
    }

    @Test
    void shouldLeaveDatagramsWithoutAChecksumToTheEngine() throws Exception
    {
        assertEquals(NEXT, receive(checked(reply(inner())).zeroChecksum()));
    }

    @Test
    void shouldLeaveFramesToTheEngineWithoutAChecksumOfTheirOwn() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            inner().zeroChecksum(), inner().fragment(0, true), FrameSpec.ipv4(132, new byte[20]),
            inner().badIpChecksum(), inner().trailer(new byte[]{1, 2})})
        {
            assertEquals(NEXT, send(frame), frame::toString);
        }
    }
}
