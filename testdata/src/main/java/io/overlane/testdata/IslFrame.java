// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/**
 * A frame in the header of Cisco's Inter-Switch Link, as a switch sends it on a trunk.
 *
 * <pre>
 *  0              5           6        12       14        17                20     22      24         26
 *  +--------------+-----------+--------+--------+---------+-----------------+------+-------+----------+-------+-----+
 *  | 01000c0000   | type,user | source | length | aa aa 03| source, 3 bytes | VLAN | index | reserved | frame | CRC |
 *  +--------------+-----------+--------+--------+---------+-----------------+------+-------+----------+-------+-----+
 * </pre>
 */
public final class IslFrame
{
    private static final byte[] SOURCE = {2, 0, 0, 0, 1, 1};
    private static final int BEHIND_LENGTH = 12;
    private static final int CRC_LENGTH = 4;

    private IslFrame()
    {
    }

    /**
     * @param first first octet of the destination: 1, or 3 for the alternate address.
     * @param vlan  1…1023.
     * @param inner the frame inside, without its check sequence.
     * @return the whole frame, without the check sequence of the outer one.
     */
    public static byte[] of(final int first, final int vlan, final byte... inner)
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[]{(byte)first, 0, 0x0C, 0, 0, 0});
        out.writeBytes(SOURCE);
        final int length = BEHIND_LENGTH + inner.length + CRC_LENGTH;
        out.writeBytes(new byte[]{(byte)(length >> 8), (byte)length, (byte)0xAA, (byte)0xAA, 3});
        out.write(SOURCE, 0, 3);
        out.writeBytes(new byte[]{(byte)(vlan >> 7), (byte)(vlan << 1), 0, 0, 0, 0});
        out.writeBytes(inner);
        final CRC32 crc = new CRC32();
        crc.update(inner);
        final int value = Integer.reverseBytes((int)crc.getValue());
        out.writeBytes(new byte[]{(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value});
        return out.toByteArray();
    }
}
