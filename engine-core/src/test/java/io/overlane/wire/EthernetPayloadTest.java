// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.status.DropReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layer 3 behind no, one, two and too many VLAN tags, whole and cut anywhere. */
class EthernetPayloadTest
{
    private static final String MACS = "fedcba987654021122334455";

    private final EthernetPayload payload = new EthernetPayload();

    @ParameterizedTest
    @CsvSource({
        "0800, 0, 14, 0800",
        "8100000a0800, 1, 18, 0800",
        "88a8000a86dd, 1, 18, 86dd",
        "88a800648100000a0806, 2, 22, 0806",
        "81000064810000648100000a0800, 3, 26, 0800",
        "81000001810000028100000381000004810000058100000681000007" + "0800, 7, 42, 0800",
        "8100000181000002810000038100000481000005810000068100000781000008" + "0800, 7, 42, 8100",
        "91000001, 0, 14, 9100"})
    void shouldFindLayerThreeBehindUpToSevenTags(
        final String types, final int tags, final int headerLength, final String etherType)
    {
        final String frame = MACS + types + "45000014";
        final Scratch scratch = Scratch.of(frame);
        final int length = frame.length() / 2;
        payload.wrap(scratch.buffer, OFFSET, length);
        assertEquals(DropReason.NONE, payload.check());
        assertEquals(tags, payload.tagCount());
        assertEquals(OFFSET + headerLength, payload.l3Offset());
        assertEquals(length - headerLength, payload.l3Length());
        assertEquals(Integer.parseInt(etherType, 16), payload.etherType());

        for (int cut = 0; cut < length; cut++)
        {
            payload.wrap(scratch.buffer, OFFSET, cut);
            final boolean whole = cut >= headerLength;
            assertEquals(whole ? DropReason.NONE : DropReason.INNER_TOO_SHORT, payload.check(), "cut at " + cut);
            assertEquals(whole ? OFFSET + headerLength : 0, payload.l3Offset());
            assertEquals(whole ? cut - headerLength : 0, payload.l3Length());
        }
    }
}
