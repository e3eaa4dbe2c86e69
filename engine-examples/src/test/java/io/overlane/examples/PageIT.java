// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Browser;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page of {@code --http} in a real browser, while two engines exchange frames. */
@Timeout(600)
class PageIT extends TwoHosts
{
    private static final String URL = "http://127.0.0.1:9101/";
    private static final int LIMIT_S = 60;
    private static final int MOST_BYTES = 200_000;
    private static final byte[] PNG = {(byte)0x89, 'P', 'N', 'G'};

    /** {@code -Ddocs.write} writes the picture of the README anew. */
    private static final Path PICTURE = Path.of("../docs/page.png");

    @Test
    void shouldShowInABrowserWhatTheBridgeDoes() throws IOException
    {
        try (Browser browser = Browser.openOrSkip(left, directory.resolve("profile")))
        {
            final Bridge a = startLeft("--http", "9101");
            final Bridge b = startRight();
            a.process().awaitLine("tun-bridge: page, metrics and health at " + URL, LIMIT_S);

            browser.open(URL);
            browser.await("document.getElementById('health').textContent === 'running'", LIMIT_S);
            browser.await("document.querySelectorAll('#fdb tbody tr').length > 0", LIMIT_S);
            assertEquals("at 192.0.2.1:8472", browser.value("document.getElementById('about').textContent"));

            ctl("latency", "on").orFail();
            final List<LabProcess> pings = List.of(ping(Overlay.v4(right), "1000"), ping("10.244.77.1", "100"));
            browser.await(rate(0) + " > 100000", LIMIT_S);
            browser.await(rate(1) + " > 100000", LIMIT_S);
            final String curve = browser.value(curve(0));
            browser.await(curve(0) + " !== '" + curve + "'", LIMIT_S);
            browser.await(cells("drops") + ".includes('no-destination')", LIMIT_S);
            browser.await(cells("remotes") + ".includes('192.0.2.2:8472')", LIMIT_S);
            browser.await(cells("segments") + ".includes('frames sent')", LIMIT_S);
            browser.await("document.querySelectorAll('#latency rect').length > 1", LIMIT_S);
            browser.await("document.querySelectorAll('#batches rect').length > 1", LIMIT_S);

            final String before = browser.value(cells("fdb"));
            ctl("fdb", "add", "02:00:00:00:77:01", "dst", "192.0.2.77").orFail();
            browser.await(cells("fdb") + ".includes('02:00:00:00:77:01')", LIMIT_S);
            assertNotEquals(before, browser.value(cells("fdb")));
            // A minute of traffic makes a picture that shows something.
            if (System.getProperty("docs.write") != null)
            {
                browser.await(
                    "document.querySelector('#throughput path').getAttribute('d').split('L').length > 62", 180);
            }
            keep(browser.screenshot());
            pings.forEach(LabProcess::close);
            assertEquals(List.of(), browser.complaints());
            a.stop("TERM");
            browser.await("document.getElementById('health').textContent === 'no answer'", LIMIT_S);
            b.stop("TERM");
        }
    }

    /** To the right, or to an address behind no remote. */
    private LabProcess ping(final String address, final String bytes)
    {
        if (address.startsWith("10.244.77."))
        {
            left.ip("route add 10.244.77.0/24 dev " + DEVICE);
            left.ip("neigh add " + address + " lladdr 02:00:00:00:77:77 dev " + DEVICE + " nud permanent");
        }
        return left.start(List.of("ping", "-q", "-i", "0.005", "-s", bytes, address));
    }

    /** Number in the heading of a chart, in units of one. */
    private static String rate(final int chart)
    {
        final String text = "document.querySelectorAll('#throughput figcaption b')[" + chart + "].textContent";
        return "parseFloat(" + text + ") * ({k: 1e3, M: 1e6, G: 1e9}[" + text + ".split(' ')[1][0]] || 1)";
    }

    private static String curve(final int chart)
    {
        return "document.querySelectorAll('#throughput .curve')[" + chart + "].getAttribute('d')";
    }

    private static String cells(final String section)
    {
        return "document.getElementById('" + section + "').textContent";
    }

    private static void keep(final byte[] picture) throws IOException
    {
        assertArrayEquals(PNG, Arrays.copyOf(picture, PNG.length));
        assertTrue(picture.length < MOST_BYTES, "bytes: " + picture.length);
        Files.write(System.getProperty("docs.write") == null ? Path.of("target/page.png") : PICTURE, picture);
    }
}
