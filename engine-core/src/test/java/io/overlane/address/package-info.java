/** Addresses as text and back. */
package io.overlane.address;
