// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.overlane.flannel.host.link.GoPattern;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;

/** The text of {@code subnet.env}, which a shell could source; also as a pattern of interface names. */
public final class EnvironmentTarget implements FuzzTarget
{
    @Override
    public void accept(final byte[] input)
    {
        final String text = Input.text(input);
        final Map<String, String> values = EnvironmentText.parse(text, Map.of("HOME", "/root"));
        final StringBuilder quoted = new StringBuilder();
        values.forEach((name, value) ->
        {
            assertNotNull(value);
            quoted.append(name).append("='").append(value.replace("'", "'\\''")).append("'\n");
        });
        assertEquals(values, EnvironmentText.parse(quoted.toString()), "the values in quotes");
        try
        {
            new DockerOptions(true, true, DockerOptions.DEFAULT_KEY, true).toText(values);
        }
        catch (final IOException ex)
        {
            Input.assertOneLine(ex);
        }
        try
        {
            GoPattern.compile(text);
        }
        catch (final PatternSyntaxException ex)
        {
            assertNotNull(ex.getMessage());
        }
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=10.5.34.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n",
            "export A='b c' D=\"$A ${HOME} \\$x\" # note\ncommand arg; E=1 F=2\n", "A=\\\nb\n",
            "eth[[:digit:]]+|^en.*$");
    }
}
