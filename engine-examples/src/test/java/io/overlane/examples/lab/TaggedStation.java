// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A station that speaks in tagged frames, in a process of its own: a TAP device and what would be behind it. (VLAN
 * devices are not in every kernel.)
 *
 * <pre>
 *  DEVICE OWN-MAC answer            sends every tagged frame for it back to whoever sent it
 *  DEVICE OWN-MAC ask OTHER-MAC     asks until each of its questions came back byte by byte, MACs changed over
 * </pre>
 *
 * MACs are the last octet only. Questions have one tag and two tags (802.1ad) in turn, with a priority, and each is a
 * byte longer than the one before, up to nearly full frames.
 */
public final class TaggedStation
{
    /** What is printed when the device can be plugged in. */
    static final String READY = "tagged: ready";

    /** What is printed when all answers were there. */
    static final String DONE = "tagged: answered ";

    private static final int MTU = 1450;
    private static final int BATCH = 64;
    private static final int QUESTIONS = 200;
    private static final int ADDRESSES_LENGTH = 12;
    private static final int MAC_LENGTH = 6;
    private static final int PAYLOAD_MAX = 1400;
    private static final int CUSTOMER_TAG = 0x8100;
    private static final int SERVICE_TAG = 0x88A8;

    /** For local experiments (IEEE 802). */
    private static final int ETHER_TYPE = 0x88B5;

    /** Priority 5 and VLAN 7. */
    private static final int CONTROL = 0xA007;

    private final TunPort port;
    private final byte[] own;
    private final FrameBatch in = new FrameBatch(BATCH);
    private final FrameBatch out = new FrameBatch(1);
    private final Frame frame = new FrameSlab(1, 2048).frame(0);

    private TaggedStation(final TunPort port, final byte[] own)
    {
        this.port = port;
        this.own = own;
    }

    /**
     * @param args see the class comment.
     * @throws IOException if the device cannot be made.
     */
    public static void main(final String[] args) throws IOException
    {
        final TunPort port = new TunPort(
            TunDevice.create(new TunOptions(TunKind.TAP, args[0])), MTU, System.err::println);
        final TaggedStation station = new TaggedStation(port, mac(args[1]));
        System.out.println(READY);
        if ("answer".equals(args[2]))
        {
            station.answer();
        }
        else
        {
            station.ask(mac(args[3]));
        }
    }

    private void answer()
    {
        while (true)
        {
            in.clear();
            port.poll(in, BATCH);
            for (int i = 0; i < in.size(); i++)
            {
                final byte[] heard = bytes(in.get(i));
                if (isForUs(heard))
                {
                    send(turnedRound(heard));
                }
            }
            port.await(TimeUnit.SECONDS.toNanos(1));
        }
    }

    private void ask(final byte[] other)
    {
        for (int i = 0; i < QUESTIONS; i++)
        {
            final byte[] question = question(other, i);
            final byte[] expected = turnedRound(question);
            while (!hears(expected))
            {
                send(question);
                port.await(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
        System.out.println(DONE + QUESTIONS);
    }

    private boolean hears(final byte... expected)
    {
        in.clear();
        port.poll(in, BATCH);
        boolean heard = false;
        for (int i = 0; i < in.size(); i++)
        {
            heard |= Arrays.equals(expected, bytes(in.get(i)));
        }
        return heard;
    }

    private byte[] question(final byte[] other, final int number)
    {
        final boolean twoTags = (number & 1) != 0;
        final int[] words = twoTags ?
            new int[]{SERVICE_TAG, CONTROL + 1, CUSTOMER_TAG, CONTROL, ETHER_TYPE} :
            new int[]{CUSTOMER_TAG, CONTROL, ETHER_TYPE};
        final int headers = ADDRESSES_LENGTH + 2 * words.length;
        final byte[] question = new byte[headers + PAYLOAD_MAX - QUESTIONS + number];
        System.arraycopy(other, 0, question, 0, MAC_LENGTH);
        System.arraycopy(own, 0, question, MAC_LENGTH, MAC_LENGTH);
        for (int i = 0; i < words.length; i++)
        {
            question[ADDRESSES_LENGTH + 2 * i] = (byte)(words[i] >> 8);
            question[ADDRESSES_LENGTH + 2 * i + 1] = (byte)words[i];
        }
        Arrays.fill(question, headers, question.length, (byte)number);
        return question;
    }

    private boolean isForUs(final byte... heard)
    {
        final int type = (heard[ADDRESSES_LENGTH] & 0xff) << 8 | heard[ADDRESSES_LENGTH + 1] & 0xff;
        return Arrays.equals(own, Arrays.copyOf(heard, MAC_LENGTH)) && (type == CUSTOMER_TAG || type == SERVICE_TAG);
    }

    private static byte[] turnedRound(final byte... heard)
    {
        final byte[] answer = heard.clone();
        System.arraycopy(heard, 0, answer, MAC_LENGTH, MAC_LENGTH);
        System.arraycopy(heard, MAC_LENGTH, answer, 0, MAC_LENGTH);
        return answer;
    }

    private void send(final byte... bytes)
    {
        frame.wrap(FrameSlab.HEADROOM, bytes.length);
        frame.offload(0, Frame.GSO_NONE, 0, 0, 0, 0);
        frame.buffer().putBytes(frame.offset(), bytes);
        out.clear();
        out.add(frame);
        port.offer(out);
    }

    private static byte[] bytes(final Frame heard)
    {
        final byte[] bytes = new byte[heard.length()];
        heard.buffer().getBytes(heard.offset(), bytes);
        return bytes;
    }

    private static byte[] mac(final String lastOctet)
    {
        return new byte[]{2, 0, 0, 0, 0x0b, Byte.parseByte(lastOctet)};
    }
}
