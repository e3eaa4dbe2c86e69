// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes {@link OwnCaptures} and the page that describes them, which has the command. */
public final class MakeCaptures
{
    /** The page's name. */
    static final String PAGE = "ORIGIN.md";

    private static final String INTRODUCTION = """
        # Captures we made

        Every file here, this page included, is written by `io.overlane.testdata.MakeCaptures` from the frames
        described in `OwnCaptures`, byte by byte and without the engine. No packet of anybody else's is in them;
        addresses are from ranges for documentation and private use. They are under the project's licence.

        Make them again, from the project's folder, after changing `OwnCaptures`:

            mvn -q -pl testdata compile && java -cp testdata/target/classes \\
                io.overlane.testdata.MakeCaptures testdata/src/main/resources/captures

        A test fails when files and descriptions differ. The verdict is what an endpoint with VNI 1 (or flannel's udp
        backend) makes of the packet: `delivered`, or the label of a `DropReason`. Fragments that wait for others are
        `fragment`, and the one that completes the packet is judged for all.
        """;

    private MakeCaptures()
    {
    }

    public static void main(final String... args) throws IOException
    {
        if (args.length != 1)
        {
            throw new IllegalArgumentException("expected one argument: the folder to write to");
        }
        final Path folder = Files.createDirectories(Path.of(args[0]));
        for (final OwnCapture capture : OwnCaptures.all())
        {
            Files.write(folder.resolve(capture.fileName()), capture.file());
        }
        Files.writeString(folder.resolve(PAGE), page());
    }

    static String page()
    {
        final StringBuilder page = new StringBuilder(INTRODUCTION);
        for (final OwnCapture capture : OwnCaptures.all())
        {
            page.append("\n## ").append(capture.fileName()).append("\n\n")
                .append(capture.title()).append(". UDP port ").append(capture.udpPort()).append(", link type ")
                .append(capture.linkType()).append(".\n\n| packet | what | verdict |\n| ---: | --- | --- |\n");
            int number = 0;
            for (final OwnCapture.Packet packet : capture.packets())
            {
                number++;
                page.append("| ").append(number).append(" | ").append(packet.note()).append(" | `")
                    .append(packet.verdict()).append("` |\n");
            }
        }
        return page.toString();
    }
}
