/** Owners and what they want, applied to a running engine. */
package io.overlane.reconcile;
