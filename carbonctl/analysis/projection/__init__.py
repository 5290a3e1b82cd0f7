"""What becomes of an account over years: growth, efficiency, new machines, a cleaner grid."""
