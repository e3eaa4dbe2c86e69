// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one network and IP version in the kernel. Other programs may flush or change them at any time, so
 * {@link #ensure()} is called periodically. Programs print rules in their own way, so the present rules are compared
 * with those that were read right after setting them.
 */
public abstract class Firewall
{
    private FirewallRules rules;
    private @Nullable Object applied;

    Firewall(final FirewallRules rules)
    {
        this.rules = rules;
    }

    /**
     * Set the rules unless they are in place as this object set them. All of them change at once or none does.
     *
     * @return true if something was set, as on the first call.
     * @throws IOException if the rules cannot be read or set; one line that says why.
     */
    public final boolean ensure() throws IOException
    {
        if (applied != null && applied.equals(present()))
        {
            return false;
        }
        try
        {
            apply(rules);
        }
        catch (final IOException ex)
        {
            if (!rules.fullyRandom())
            {
                throw ex;
            }
            applyWithoutFullyRandom(ex);
        }
        applied = present();
        return true;
    }

    /**
     * For a kernel before 3.14, an iptables before 1.6.2 or an old nft. If it fails without random ports too, there was
     * another reason.
     */
    private void applyWithoutFullyRandom(final IOException first) throws IOException
    {
        final FirewallRules plain = rules.withoutFullyRandom();
        try
        {
            apply(plain);
        }
        catch (final IOException ex)
        {
            throw first;
        }
        rules = plain;
    }

    /**
     * Remove the rules with these names, also those of an earlier process. It is no error if there are none.
     *
     * @throws IOException if they cannot be removed; one line that says why.
     */
    public final void remove() throws IOException
    {
        applied = null;
        removeAll();
    }

    /** @return the rules that are in the kernel now, in the program's own form. */
    abstract Object present() throws IOException;

    abstract void apply(FirewallRules wanted) throws IOException;

    abstract void removeAll() throws IOException;
}
