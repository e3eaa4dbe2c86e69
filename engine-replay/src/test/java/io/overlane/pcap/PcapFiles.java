// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.HexFormat;

/** pcap files put together by hand. */
final class PcapFiles
{
    private final ByteBuffer file;

    private PcapFiles(final ByteOrder order)
    {
        file = ByteBuffer.allocate(1 << 22).order(order);
    }

    static PcapFiles start(final ByteOrder order, final int magic, final int linkType)
    {
        final PcapFiles files = new PcapFiles(order);
        files.file.putInt(magic).putShort((short)2).putShort((short)4);
        return files.words(0, 0, 65535, linkType);
    }

    PcapFiles packet(final int seconds, final int fraction, final int originalLength, final byte... captured)
    {
        file.putInt(seconds).putInt(fraction).putInt(captured.length).putInt(originalLength).put(captured);
        return this;
    }

    /** With the interface, protocol and type that Kuznetsov's format has behind the lengths. */
    PcapFiles modifiedPacket(
        final int seconds, final int fraction, final int originalLength, final byte... captured)
    {
        file.putInt(seconds).putInt(fraction).putInt(captured.length).putInt(originalLength);
        file.putInt(2).putShort((short)0x0800).put((byte)0).put((byte)0).put(captured);
        return this;
    }

    PcapFiles words(final int... words)
    {
        for (final int word : words)
        {
            file.putInt(word);
        }
        return this;
    }

    byte[] bytes()
    {
        final byte[] bytes = new byte[file.position()];
        file.get(0, bytes);
        return bytes;
    }

    PcapReader open() throws IOException
    {
        return (PcapReader)read(bytes());
    }

    static CaptureReader read(final byte[] file) throws IOException
    {
        return CaptureReader.open(Channels.newChannel(new ByteArrayInputStream(file)), "file");
    }

    static String packet(final CaptureReader reader)
    {
        final byte[] packet = new byte[reader.length()];
        reader.buffer().getBytes(reader.offset(), packet);
        return HexFormat.of().formatHex(packet);
    }
}
